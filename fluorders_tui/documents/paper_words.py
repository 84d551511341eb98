"""The words on printed papers in the languages of the fast-start countries; any other language reads English."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LANGUAGES", "word"]

#: In the order of the columns of `_WORDS`.
LANGUAGES = ("en", "it", "de", "fr", "es")

_WORDS: Mapping[str, tuple[str, str, str, str, str]] = {
    "order": ("Order confirmation", "Conferma d'ordine", "Auftragsbestätigung", "Confirmation de commande",
              "Confirmación de pedido"),
    "offer": ("Offer", "Offerta", "Angebot", "Offre", "Oferta"),
    "delivery-note": ("Delivery note", "Documento di trasporto", "Lieferschein", "Bon de livraison", "Albarán"),
    "invoice": ("Invoice", "Fattura", "Rechnung", "Facture", "Factura"),
    "supplier-order": ("Purchase order", "Ordine a fornitore", "Bestellung", "Commande fournisseur",
                       "Pedido a proveedor"),
    "picking-list": ("Picking list", "Lista di prelievo", "Kommissionierliste", "Liste de préparation",
                     "Lista de preparación"),
    "copy": ("Copy", "Copia", "Kopie", "Copie", "Copia"),
    "number": ("Number", "Numero", "Nummer", "Numéro", "Número"),
    "date": ("Date", "Data", "Datum", "Date", "Fecha"),
    "revision": ("Revision", "Revisione", "Änderung", "Révision", "Revisión"),
    "version": ("Version", "Versione", "Version", "Version", "Versión"),
    "valid_until": ("Valid until", "Valida fino al", "Gültig bis", "Valable jusqu'au", "Válida hasta"),
    "customer": ("Customer", "Cliente", "Kunde", "Client", "Cliente"),
    "supplier": ("Supplier", "Fornitore", "Lieferant", "Fournisseur", "Proveedor"),
    "vat_number": ("VAT number", "Partita IVA", "USt-IdNr.", "N° TVA", "NIF-IVA"),
    "reference": ("Your reference", "Vs. riferimento", "Ihr Zeichen", "Votre référence", "Su referencia"),
    "delivery": ("Delivery", "Consegna", "Lieferung", "Livraison", "Entrega"),
    "ship_to": ("Ship to", "Destinazione", "Lieferanschrift", "Livré à", "Destino"),
    "payment": ("Payment", "Pagamento", "Zahlung", "Paiement", "Pago"),
    "carrier": ("Carrier", "Vettore", "Spediteur", "Transporteur", "Transportista"),
    "delivery_terms": ("Delivery terms", "Resa", "Lieferbedingungen", "Conditions de livraison",
                       "Condiciones de entrega"),
    "currency": ("Currency", "Valuta", "Währung", "Devise", "Divisa"),
    "position": ("No", "N.", "Pos.", "N°", "N.º"),
    "item": ("Item", "Articolo", "Artikel", "Article", "Artículo"),
    "description": ("Description", "Descrizione", "Bezeichnung", "Désignation", "Descripción"),
    "quantity": ("Quantity", "Quantità", "Menge", "Quantité", "Cantidad"),
    "unit": ("Unit", "UM", "ME", "Unité", "UM"),
    "price": ("Price", "Prezzo", "Preis", "Prix", "Precio"),
    "discounts": ("Discount", "Sconto", "Rabatt", "Remise", "Dto."),
    "net": ("Net", "Importo", "Betrag", "Montant", "Importe"),
    "vat": ("VAT", "IVA", "MwSt.", "TVA", "IVA"),
    "stock": ("Stock", "Giacenza", "Bestand", "Stock", "Existencias"),
    "place": ("Place", "Ubicazione", "Lagerplatz", "Emplacement", "Ubicación"),
    "free": ("free of charge", "omaggio", "gratis", "gratuit", "sin cargo"),
    "items_net": ("Items", "Merce", "Waren", "Articles", "Artículos"),
    "final_discounts": ("Discounts", "Sconti", "Nachlässe", "Remises", "Descuentos"),
    "charges": ("Charges", "Spese", "Nebenkosten", "Frais", "Gastos"),
    "taxable": ("Taxable", "Imponibile", "Nettobetrag", "Base HT", "Base imponible"),
    "tax": ("VAT", "Imposta", "MwSt.", "TVA", "Cuota"),
    "total": ("Total", "Totale", "Gesamtbetrag", "Total TTC", "Total"),
    "deposit": ("On account", "Acconto", "Anzahlung", "Acompte", "A cuenta"),
    "balance": ("Balance due", "Saldo", "Restbetrag", "Solde dû", "Saldo"),
    "due_dates": ("Payments", "Scadenze", "Fälligkeiten", "Échéances", "Vencimientos"),
    "due": ("Due", "Scadenza", "Fällig am", "Échéance", "Vencimiento"),
    "amount": ("Amount", "Importo", "Betrag", "Montant", "Importe"),
    "page": ("Page", "Pagina", "Seite", "Page", "Página"),
    "of": ("of", "di", "von", "sur", "de"),
    "continued": ("continued", "segue", "Fortsetzung", "suite", "continuación"),
    "vat_included": ("Prices include VAT.", "Prezzi IVA inclusa.", "Preise inkl. MwSt.", "Prix TTC.",
                     "Precios con IVA."),
}  # fmt: skip


def word(key: str, language: str) -> str:
    """The word for `key` in a language such as `de` or `de_AT`. `KeyError` for a key that is not there."""
    short = language.replace("-", "_").partition("_")[0].lower()
    return _WORDS[key][LANGUAGES.index(short) if short in LANGUAGES else 0]
