"""Demand: from people to disabled residents by class, and from those to units of services."""

from geodata.demand.bases import BASES, bases, reconcile, reconcile_people
from geodata.demand.classes import FINE_OF, GRADES, SEVERE_GRADES, demand_figures
from geodata.demand.model import AGE_BANDS, CATEGORIES, SEVERITIES, DemandRates, county_persons, model_demand
from geodata.demand.needs import MEASURES, NeedRow, Needs, read_needs
from geodata.demand.people import FLAGS, WIDE, cells_from_people, people_from_cells, people_from_register
from geodata.demand.units import service_persons, service_units, whole_units
from geodata.services import FINE_BANDS, SERVICES, Service, services

__all__ = [
    "AGE_BANDS",
    "BASES",
    "CATEGORIES",
    "FINE_BANDS",
    "FINE_OF",
    "FLAGS",
    "GRADES",
    "MEASURES",
    "SERVICES",
    "SEVERE_GRADES",
    "SEVERITIES",
    "WIDE",
    "DemandRates",
    "NeedRow",
    "Needs",
    "Service",
    "bases",
    "cells_from_people",
    "county_persons",
    "demand_figures",
    "model_demand",
    "people_from_cells",
    "people_from_register",
    "read_needs",
    "reconcile",
    "reconcile_people",
    "service_persons",
    "service_units",
    "services",
    "whole_units",
]
