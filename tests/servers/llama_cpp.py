"""Runs llama.cpp's own server: ``python -m tests.servers.llama_cpp MODEL``, prints its address."""

from __future__ import annotations

import sys
import threading

import xllamacpp


def main() -> None:
    """Serve until the process is ended."""
    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.model_alias = {"tiny/poet"}
    params.n_ctx = 512
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
