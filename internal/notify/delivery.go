package notify

import "linli/internal/db"

// DeliveryOf returns one delivery. Returns notfound.
func DeliveryOf(tx *db.Tx, id db.ID) (Delivery, error) { return get(tx, id) }
