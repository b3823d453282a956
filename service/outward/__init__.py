"""Asking other servers. Everything that the service says to the outside by HTTP goes through the one client here."""
