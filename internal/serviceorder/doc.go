// Package serviceorder carries services at home (居家养老服务): what somebody needs, what public money pays a month, orders to providers, and what is settled with them.
//
// # What it promises
//
//   - A scheme of a pack (pack.Scheme) says everything that a document says or leaves open; a plan and an order keep the version that they began with.
//   - The orders of a month never come to more than the quota of that month, whoever asks at the same time; money of a cancelled order is free again at once.
//   - An order is in one state at a time; each step is taken once per key and only from the state that allows it, and is in the order's history and in the audit log.
//   - Nobody but a provider with a licence that is valid on the day is offered an order; who declines or is silent is not asked again about that order.
//   - Arriving and leaving say where and when; what does not fit the home or the hour agreed is marked and stays marked, and the service counts nevertheless.
//   - Silence is no consent: an order that nobody confirmed becomes a call back, which only a person settles.
//   - Only what was confirmed is settled, once; a settlement is checked by another than who made it.
//   - One condition decides lists and records (see sight).
//   - An emergency waits for no plan, no quota and no answer; it opens a case with its own clock and calls everybody near at once.
//
// Days are Shanghai's, instants UTC, positions WGS-84, money fen.
//
// Tables: order_provider, order_member, order_need, order_plan, order_part, service_order, order_step, order_counter, order_settlement, order_beds. Job:
// serviceorder.sweep.
//
// It pays nobody (see payrun), decides no licence (see service), and shows an address to nobody but the person, his family, who serves him and who watches.
package serviceorder
