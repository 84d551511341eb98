"""The demo company: a wholesaler of hardware and electrical supplies, made up from a seed, written in bulk.

`parties` and `catalogue` make the registries, `baskets` priced orders out of them with the domain's
own functions, `orders` twelve months of numbered orders out of those, and `writing` stores it all.
"""
