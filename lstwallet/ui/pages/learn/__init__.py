"""The room "Learn": lessons, how far one is, questions that come back, the glossary."""
