"""What the two families' paper is computed with: day 0, a price index, and prices with the year of each."""

from __future__ import annotations

from datetime import date

START = date(2023, 3, 31)
DEFLATOR = {"2020/21": 80.0, "2023/24": 96.0, "2024/25": 100.0}
STATED = {
    "price.agency_foster_week": (840.00, "2023/24"),
    "price.residential_week": (6_048.00, "2023/24"),
    "price.cp_month": (243.50, "2020/21"),
    "price.proceedings_la": (4_000.00, "2020/21"),
    "price.proceedings_partner": (12_000.00, "2020/21"),
    "price.alcohol_misuse_year": (1_461.00, "2020/21"),
    "price.sgo_year": (7_305.00, "2024/25"),
    "price.salary.substance_misuse_worker": (29_220.00, "2024/25"),
}
