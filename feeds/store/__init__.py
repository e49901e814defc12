"""The database: the one truth. SQLAlchemy lives here and nowhere else; a module a subject."""
