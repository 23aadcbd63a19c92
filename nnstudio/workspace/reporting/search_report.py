from __future__ import annotations


def search_document(*a):
    raise NotImplementedError
