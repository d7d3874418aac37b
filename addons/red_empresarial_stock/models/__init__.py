from . import account_move_line, purchase_order, purchase_order_line, sale_order_line
