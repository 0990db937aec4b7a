"""Where Dagster finds the definitions of the installation that its environment names."""

from imisofts import settings
from orchestration.location import create

defs = create(settings.load())
