// Package care serves the pages of services at home: residents and their families, who goes to them, the desks of providers, communities, and whoever settles.
//
// It opens transactions and calls package serviceorder; it owns no table and holds no SQL. Addresses are shown to whoever may see the order.
package care
