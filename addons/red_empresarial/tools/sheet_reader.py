"""Reading a sheet cell by cell: whatever is wrong is noted with its line, column and remedy."""

from .languages import get_units_by_name, in_each_language

__all__ = ["SheetReader", "by_name", "in_all_languages"]


class SheetReader:
    """A table of texts, its titles, and what is wrong with it; writes nothing.

    :ivar problems: ``[{line, column, problem, remedy}]``, in the order of the sheet
    """

    def __init__(self, env, table):
        """Take ``table`` as :func:`tools.sheets.read_table` returns it."""
        self.env = env
        (_number, self.titles), *self.rows = table
        self.problems = []
        self.units = None

    def _title(self, position):
        return self.titles[position] if position < len(self.titles) else ""

    @staticmethod
    def _cell(row, position):
        return row[position] if position is not None and position < len(row) else ""

    def _note(self, number, position, problem, remedy):
        column = self._title(position) or str(position + 1)
        self.problems.append(
            {"line": number, "column": column, "problem": problem, "remedy": remedy}
        )

    def _find_unit(self, name, uom):
        """The unit of that name, in any language, that converts to ``uom``; None if none does."""
        if self.units is None:
            self.units = get_units_by_name(self.env)
        units = self.units.get(name.casefold(), self.env["uom.uom"])
        for unit in uom & units or units:
            if unit._has_common_reference(uom):
                return unit
        return None


def by_name(names):
    """Records by each of their names in lower case; a name may stand for several.

    :param names: pairs ``(record, names)``
    :return: ``{name: [record]}``
    """
    records = {}
    for record, keys in names:
        for key in {key.strip().casefold() for key in keys if key}:
            named = records.setdefault(key, [])
            if record not in named:  # its name may be the same in another language
                named.append(record)
    return records


def in_all_languages(env, get_text):
    """What a title of a template says in each language in which it may have been written.

    :param get_text: function of an environment that translates the title
    :return: set of texts in lower case
    """
    return {get_text(translated).strip().casefold() for translated in in_each_language(env)}
