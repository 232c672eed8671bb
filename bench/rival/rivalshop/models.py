"""A record of six fields, as Morango's applications write one."""

from django.db import models
from morango.models.core import SyncableModel


class Product(SyncableModel):
    """Something that is sold."""

    morango_profile = "rival"
    morango_model_name = "product"

    dataset = models.CharField(max_length=32)
    name = models.CharField(max_length=60)
    code = models.CharField(max_length=20)
    unit = models.CharField(max_length=10)
    price = models.IntegerField()
    cost = models.IntegerField()
    note = models.CharField(max_length=60)

    def calculate_source_id(self, *_args, **_kwargs):
        """Each is made once."""
        return

    def calculate_partition(self, *_args, **_kwargs):
        """Everybody may read it."""
        return self.dataset
