from . import controllers, models
from .models.res_company import ask_to_open_books


def post_init_hook(env):
    ask_to_open_books(env)
