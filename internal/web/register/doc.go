// Package register is the pages of the registers: finding a person, what is known of him with source and date, his household, dwelling and relations,
// organisations and facilities, the queues of conflicts and corrections, the forms of events, and the notices about floating population.
//
// It promises: whoever may not see somebody learns no more than that, and the attempt is noted; every value says where it comes from and since when;
// a page can be asked as of an earlier day and as of what was known then; an event sent twice happens once; what is under seal is shown for
// a purpose, with a reason, in one answer that nobody keeps.
//
// It owns no table and decides no permission.
package register
