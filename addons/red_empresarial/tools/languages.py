"""Names and words in every language of the database: a sheet may come from a colleague's."""

SOURCE_LANGUAGE = "en_US"  # in which names are kept where there is no translation


def in_each_language(env):
    """The environment in each installed language and in English, the user's own first.

    :return: list of ``Environment``
    """
    installed = (code for code, _name in env["res.lang"].get_installed())
    languages = dict.fromkeys([env.lang or SOURCE_LANGUAGE, *installed, SOURCE_LANGUAGE])
    return [env(context={**env.context, "lang": code}) for code in languages]


def get_units_by_name(env):
    """The active units of measure by each of their names in lower case, in any language.

    :return: ``{name: uom.uom}`` in ``env``; a name may stand for several
    """
    units = {}
    for other in in_each_language(env):
        for unit in other["uom.uom"].search([]):
            name = unit.name.strip().casefold()
            units[name] = units.get(name, env["uom.uom"]) | unit.with_env(env)
    return units
