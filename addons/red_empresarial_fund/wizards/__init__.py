from . import (
    fund_forgive,
    fund_loan_end,
    fund_opening,
    fund_operation,
    fund_receive,
    fund_reverse,
    fund_share_out,
    month_end,
)
