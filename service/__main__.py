"""``python -m service``: what ./wire runs."""

from service.cli import main

main()
