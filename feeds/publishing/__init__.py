"""The one door between what is stored and what is sent."""
