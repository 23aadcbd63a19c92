"""Nodes, ports, edges and groups as frozen values; their order, cycles, reach and layout.

A graph does not know what its nodes mean: types are names that the catalog or a project resolves.
"""
