"""`python -m src.bot.main`: the same as `python -m src run`."""

from src.cli.main import main

if __name__ == "__main__":
    main(["run"])
