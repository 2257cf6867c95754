"""`python -m src`: the command line."""

from src.cli.main import main

if __name__ == "__main__":
    main()
