"""What goes in and out about the weights of client health."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.kit.fields import WholeNumber

Weight = Annotated[WholeNumber, Field(ge=0, le=100)]


class HealthWeights(BaseModel):
    """How much each input of the score weighs. Only their shares of the sum matter; a weight of 0 leaves one out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "payment": 20,
                "delivery": 20,
                "support": 15,
                "engagement": 15,
                "sentiment": 15,
                "commercial": 15,
            }
        },
    )

    payment: Weight = 20
    delivery: Weight = 20
    support: Weight = 15
    engagement: Weight = 15
    sentiment: Weight = 15
    commercial: Weight = 15
