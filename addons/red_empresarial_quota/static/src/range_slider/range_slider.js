import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { useDebounced } from "@web/core/utils/timing";
import { floatField, FloatField } from "@web/views/fields/float/float_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const DELAY = 150; // of the answer behind the hand, in milliseconds

/** A number that is typed or slid; the record is updated while the slider moves. */
export class RangeSliderField extends Component {
    static template = "red_empresarial_quota.RangeSliderField";
    static components = { FloatField };
    static props = {
        ...standardFieldProps,
        minimum: String,
        maximum: String,
        step: String,
    };

    setup() {
        this.update = useDebounced((value) => {
            this.props.record.update({ [this.props.name]: value });
        }, DELAY);
    }

    get data() {
        return this.props.record.data;
    }

    get inputProps() {
        const { id, name, readonly, record } = this.props;
        return { id, name, readonly, record, digits: [20, 6], trailingZeros: false };
    }

    onInput(event) {
        this.update(Number(event.target.value));
    }
}

export const rangeSliderField = {
    component: RangeSliderField,
    displayName: _t("Slider"),
    supportedTypes: ["float", "integer"],
    fieldDependencies: ({ options }) =>
        [options.minimum, options.maximum, options.step].map((name) => ({ name, type: "float" })),
    extractProps: ({ options }) => ({
        minimum: options.minimum,
        maximum: options.maximum,
        step: options.step,
    }),
    isEmpty: floatField.isEmpty,
};

registry.category("fields").add("range_slider", rangeSliderField);
