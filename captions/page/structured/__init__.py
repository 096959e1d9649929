"""Read a page's structured data about its pictures: JSON-LD, microdata, data attributes and script state.

The data confirm and complete the print; a credit found only in the data counts if the page shows its picture.
"""

from captions.page.structured.attributes import of_element, of_scopes
from captions.page.structured.hydration import of_scripts
from captions.page.structured.index import Index, picture_keys
from captions.page.structured.jsonld import of_item
from captions.page.structured.picture_data import PictureData

__all__ = ["Index", "PictureData", "of_element", "of_item", "of_scopes", "of_scripts", "picture_keys"]
