from . import res_company
from . import business_network_settlement
from . import business_network_settlement_line
