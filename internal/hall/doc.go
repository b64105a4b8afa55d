// Package hall keeps the centres and other facilities of communities, and what happens in them: numbers that are called,
// appointments, bookings by others, visits at home.
//
// # What it promises
//
//   - A number is given once; two counters never call the same one, and a counter serves one at a time.
//   - Priority is fair: the old, the disabled and others of Classes come first, yet no ordinary number waits while more than
//     Hall.Most with priority are called in a row.
//   - A slot is never given to more people than it holds, nor a room to two at once, however many ask at the same moment.
//   - Whoever may manage a hall is decided by one function for lists and records (Hall.manages).
//   - What a waiting room shows carries no name; a board's version grows with every change, so that a screen which was cut off
//     knows whether it missed anything.
//
// Instants are UTC; hours of opening are Shanghai's. Every write carries an idempotency key.
//
// Tables: hall, hall_day, hall_ticket, hall_slot, hall_appointment, hall_booking, hall_visit; view fact_hall. Job: hall.remind.
//
// It never decides a case: a number leads to a counter, and what is registered there is casework's.
package hall
