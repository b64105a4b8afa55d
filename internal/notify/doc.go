// Package notify tells people and other systems what happened: messages in the application, webhooks, text messages.
//
// It promises: a notice exists only if the transaction that caused it committed; what goes outside is kept and tried again
// while the receiver is down, each attempt on record, and when the attempts are used up it stays as failed until somebody
// sends it again. Outside, delivery is at least once, with an id by which the receiver knows copies.
//
// Messages in the application are addressed to an account, a unit (whose members share the mark "read") or a resident.
// Webhooks follow Standard Webhooks: headers webhook-id, webhook-timestamp and webhook-signature (v1, HMAC-SHA256). They go
// to http and https only, never through a proxy or a redirect, and not to private addresses unless the Sender allows
// them; the address is judged when it is dialled, so that a name cannot point elsewhere afterwards. Text messages go
// through a Gateway: a file that another program reads, or an HTTP service.
//
// A subscription made or stopped counts at once for what its process publishes, and within a second for other processes.
//
// Tables: notify_message, notify_hook (subscriptions with their secrets), notify_delivery (what goes outside),
// notify_attempt (how it went). Jobs: notify.webhook, notify.sms.
//
// It writes no texts of its own and does not know who may see what: callers give finished words and, with an event, the
// keys of those who may hear of it.
package notify
