"""One module per place in the navigation; each lists its routes in ``ROUTES``."""
