"""What a page tells machines of its pictures: JSON-LD, microdata, attributes, and the state it carries for scripts.

It confirms and fills what is printed; a credit that only the data hold is believed where its picture is shown.
"""

from captions.page.structured.attributes import of_element, of_scopes
from captions.page.structured.hydration import of_scripts
from captions.page.structured.index import Index, picture_keys
from captions.page.structured.jsonld import of_item
from captions.page.structured.picture_data import PictureData

__all__ = ["Index", "PictureData", "of_element", "of_item", "of_scopes", "of_scripts", "picture_keys"]
