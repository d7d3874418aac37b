"""Looking for counter-examples in the database."""


def find_none(env, query):
    """Whether a query for counter-examples finds none."""
    return not env.execute_query(query)


def find_some(env, query):
    """Whether a query finds anything to look at."""
    return bool(env.execute_query(query))
