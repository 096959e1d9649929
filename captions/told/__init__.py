"""What a page tells machines of its pictures: JSON-LD, microdata, attributes, and the state it carries for scripts.

It confirms and fills what is printed; a credit that only the data hold is believed where its picture is shown.
"""

from captions.told.attributes import of_element, of_scopes
from captions.told.index import Index, picture_keys
from captions.told.jsonld import of_item
from captions.told.model import Told
from captions.told.state import of_scripts

__all__ = ["Index", "Told", "of_element", "of_item", "of_scopes", "of_scripts", "picture_keys"]
