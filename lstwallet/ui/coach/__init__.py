"""The coach: a card and a spotlight over the real window while a lesson is done."""
