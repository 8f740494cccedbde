"""What was learnt of a model, in words."""

from __future__ import annotations

from bot.backends.base import Learnt
from bot.i18n.text import translate
from bot.ids import Lang


def learnt_words(learnt: Learnt | None, lang: Lang) -> str:
    """What is worth knowing of how a model is asked; "" where it is nothing."""
    if learnt is None:
        return ""
    said: list[str] = []
    if learnt.thinks:
        said.append(translate("usage.learnt_thinks", lang))
    if learnt.leads:
        said.append(translate("usage.learnt_leads", lang))
    if learnt.protocol != "chat":
        said.append(translate(f"usage.learnt_{learnt.protocol}", lang))
    if learnt.without:
        names = ", ".join(f"`{name}`" for name in learnt.without)
        said.append(translate("usage.learnt_without", lang, names=names))
    return translate("text.and", lang).join(said)
