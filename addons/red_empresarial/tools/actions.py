"""What the buttons that open records return, written once."""

__all__ = ["open_or_close", "open_record", "open_records"]


def open_records(env, xml_id, domain, **values):
    """Return the window action ``xml_id`` narrowed to ``domain``.

    :param values: keys of the action to replace, such as ``name`` or ``context``
    """
    action = env["ir.actions.act_window"]._for_xml_id(xml_id)
    if "name" in values:  # the web client prefers the display name
        values["display_name"] = values["name"]
    return {**action, "domain": domain, **values}


def open_record(record):
    """Return the action that opens the form of one record."""
    return {
        "type": "ir.actions.act_window",
        "res_model": record._name,
        "res_id": record.id,
        "view_mode": "form",
    }


def open_or_close(record):
    """Return the action that opens ``record``, or one that closes the dialog.

    For dialogs that book something as superuser: who runs a network need not see the accounts.
    """
    if record.has_access("read"):
        return open_record(record)
    return {"type": "ir.actions.act_window_close"}
