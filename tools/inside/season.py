"""The campaign on a fresh copy of the season's template."""

import sys

from tools.console import guarded
from tools.inside import campaign, databases, odoo_session, template


def main():
    """Run the season; fail when a check does not hold."""
    odoo_session.start()
    databases.drop_leftovers()
    name = template.ready("season")
    with databases.fresh_copy(name) as database:
        return campaign.report(campaign.run(database))


if __name__ == "__main__":
    sys.exit(guarded(main))
