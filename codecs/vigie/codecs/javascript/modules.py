r"""A file written as an ECMAScript module, as the script that the engine can load: its exports stand in module.exports.

It is asked only where a file cannot be read as a script. A module that imports another one stays what it is: a codec is
one file.
"""

import re

_DECLARED = re.compile(
    r"(?m)(^[ \t]*|[;}][ \t]*)export[ \t]+(?:default[ \t]+)?"
    r"(?=(?:async[ \t]+)?function\b[ \t]*\*?[ \t]*[A-Za-z_$]|class[ \t]+(?!extends\b)[A-Za-z_$]|(?:const|let|var)\b)"
)
_LISTED = re.compile(r"(?m)(^[ \t]*|[;}][ \t]*)export[ \t]*\{([^}]*)\}[ \t]*;?")
_DEFAULT = re.compile(r"(?m)(^[ \t]*|[;}][ \t]*)export[ \t]+default\b")
_NAME = re.compile(r"([A-Za-z_$][\w$]*)(?:\s+as\s+([A-Za-z_$][\w$]*))?")


def as_script(text: str) -> str:
    """The module as a script; a text that exports nothing is given back as it is.

    >>> as_script("export const a = 1;"), as_script("export default { decodeUplink: d };")
    ('const a = 1;', 'module.exports = { decodeUplink: d };')
    >>> as_script("function d() {}export{d as decodeUplink};").splitlines()
    ['function d() {}', 'module.exports.decodeUplink = d;']
    """
    listed: list[str] = []

    def take(found: re.Match[str]) -> str:
        for one in found[2].split(","):
            if (name := _NAME.fullmatch(one.strip())) is not None:
                listed.append(f"module.exports.{name[2] or name[1]} = {name[1]};")
        return found[1]

    plain = _DECLARED.sub(r"\1", text)
    plain = _DEFAULT.sub(r"\1module.exports =", _LISTED.sub(take, plain))
    return "\n".join((plain, *listed)) if listed else plain  # at the end: what they name is declared then
