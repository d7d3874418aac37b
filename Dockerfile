# The suite on the official Odoo image, with the OCA add-ons of requirements.txt.
FROM odoo:19.0

USER root
# The image has Odoo and all Python libraries the add-ons need: nothing else is to be resolved.
COPY requirements.txt /tmp/requirements.txt
RUN pip3 install --no-cache-dir --no-deps --break-system-packages -r /tmp/requirements.txt \
    && rm /tmp/requirements.txt

# The folder that the image's own configuration names in addons_path.
COPY --chown=odoo:odoo addons /mnt/extra-addons
USER odoo
