from . import fund_operation, fund_receive, fund_share_out, month_end
