"""The names that cannot be used: what Python, torch and the generated code keep for themselves.

No torch here: the names that `nn.Module` keeps are listed, and a test compares the list with
torch.
"""

from __future__ import annotations

import builtins
import keyword
import unicodedata

from nnstudio.symbols.expression import FUNCTIONS
from nnstudio.symbols.symbolic import REPETITION

MAX_NAME = 64

# dir(nn.Module) and its instance attributes; published models use `keys` and `values`
_MODULE_ATTRIBUTES = """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
    double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half ipu load_state_dict modules mtia named_buffers named_children
    named_modules named_parameters parameters register_backward_hook register_buffer
    register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
    set_submodule share_memory state_dict to to_empty train training type xpu zero_grad _apply
    _backward_hooks _backward_pre_hooks _buffers _call_impl _compiled_call_impl _forward_hooks
    _forward_hooks_always_called _forward_hooks_with_kwargs _forward_pre_hooks
    _forward_pre_hooks_with_kwargs _get_backward_hooks _get_backward_pre_hooks _get_name
    _init_weights _is_full_backward_hook _load_from_state_dict _load_state_dict_post_hooks
    _load_state_dict_pre_hooks _maybe_warn_non_full_backward_hook _modules _named_members
    _non_persistent_buffers_set _parameters _register_load_state_dict_pre_hook
    _register_state_dict_hook _replicate_for_data_parallel _save_to_state_dict _slow_forward
    _state_dict_hooks _state_dict_pre_hooks _version _wrapped_call_impl
    """
MODULE_ATTRIBUTES = frozenset(_MODULE_ATTRIBUTES.split())
_CONTAINER_ATTRIBUTES = """
    append clear extend insert items keys pop update values _get_abs_string_index _get_item_by_idx
    """
CONTAINER_ATTRIBUTES = frozenset(_CONTAINER_ATTRIBUTES.split())
BUILTINS = frozenset(dir(builtins))
CODE_NAMES = frozenset({"self", "super", "torch", "nn", "F", "math", "Tensor", "_"})


def word_problem(name: str) -> str | None:
    """Reason why `name` cannot be written in Python code at all."""
    if not name:
        return "A name is needed here"
    if len(name) > MAX_NAME:
        return f"A name has at most {MAX_NAME} characters, '{name[:20]}...' has {len(name)}"
    if not name.isidentifier() or unicodedata.normalize("NFKC", name) != name:
        return f"'{name}' is not a name: letters, digits and _ are allowed, and no digit first"
    if keyword.iskeyword(name):
        return f"'{name}' is a keyword of Python"
    if name.startswith("__"):
        return f"'{name}' begins with two underscores, which Python treats in a special way"
    return None


def reserved_problem(name: str) -> str | None:
    """Reason why `name` cannot be an attribute of a module."""
    if name in FUNCTIONS:
        return f"'{name}' is a function of the expressions"
    if name == REPETITION:
        return f"'{name}' is the index of the repetitions"
    if name in MODULE_ATTRIBUTES:
        return f"'{name}' is an attribute of every nn.Module"
    if name in BUILTINS:
        return f"'{name}' is a builtin of Python"
    if name in CODE_NAMES:
        return f"'{name}' has a meaning of its own in the generated code"
    return None


def variable_problem(name: str) -> str | None:
    """Reason why a variable of `forward` cannot have that name."""
    if name in CODE_NAMES:
        return f"'{name}' has a meaning of its own in the generated code"
    return None


def argument_problem(name: str) -> str | None:
    """Reason why `forward` cannot have such an argument: it would hide what the text uses."""
    if name in FUNCTIONS:
        return f"'{name}' is a function of the expressions"
    if name == REPETITION:
        return f"'{name}' is the index of the repetitions"
    return variable_problem(name)
