// Package service is the one-stop window: it finds an item by the words people use, says what it means for somebody, takes in
// his application with what is known already, and records what a decision changes.
//
// It promises: nothing is asked or proved that a register, an earlier case or an issued document already tells, and each
// value says where it comes from; an application is a case from its first minute, with the same receipt; materials that
// may follow later are owed until a day; what a decision grants is recorded once, on its day, with the case as basis.
//
// Tables: service_application, service_material, service_result, service_counter, service_draft, service_sign.
//
// It never decides anything (see casework and flow), never keeps identity numbers or telephones in full, and never
// shows what is known of a person to anybody but himself and a desk that serves him.
package service
