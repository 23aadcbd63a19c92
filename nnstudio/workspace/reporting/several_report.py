from __future__ import annotations


def several_document(*a):
    raise NotImplementedError
