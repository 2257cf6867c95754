"""An ordinary python-telegram-bot application: its Application, its Updater, one handler, nothing special.

`python -m bench.baselines.ptb_stock --seconds 0.1`; token and address from TELEGRAM_BOT_TOKEN and
TELEGRAM_BASE_URL. The handler takes so long and answers with the words it was sent.
"""

import argparse
import asyncio
import os

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


def application(seconds: float) -> Application:  # type: ignore[type-arg]  # six parameters that say nothing here
    """The application as the library's own examples build it."""

    async def answer(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.effective_message is None:
            return
        if seconds:
            await asyncio.sleep(seconds)
        await update.effective_message.reply_text(f"{update.effective_message.text}\nНичего не нашлось.")

    base = os.environ["TELEGRAM_BASE_URL"]
    builder = Application.builder().token(os.environ["TELEGRAM_BOT_TOKEN"]).base_url(f"{base}/bot")
    app = builder.build()
    app.add_handler(MessageHandler(filters.TEXT, answer))
    return app


def main() -> None:
    """Poll until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=0.0)
    application(parser.parse_args().seconds).run_polling()


if __name__ == "__main__":
    main()
