"""Stories written in turns: values in, values out; the rules know neither Discord, nor SQL, nor the time."""
