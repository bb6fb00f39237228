package sayline

import "time"

// Event is one thing that happened, as ids only; words are rendered when it is
// shown or sent, so that erasure is erasure. Seq rises by one per brand and is
// gap-free in the store; a view that leaves out a lane skips numbers.
type Event struct {
	Brand  string
	Seq    int64
	Type   string
	At     time.Time
	Lane   string
	Moment string
	Case   string
	Team   string
	Person string // the member concerned, where there is one
	Page   string
}

// Types of events. Those of [PublicEvents] leave by webhook; the others only
// keep open pages true.
const (
	EventMomentReceived   = "cx.moment.received"
	EventMomentUpdated    = "cx.moment.updated"
	EventMomentWithdrawn  = "cx.moment.withdrawn"
	EventCaseOpened       = "cx.case.opened"
	EventCaseAcknowledged = "cx.case.acknowledged"
	EventCaseEscalated    = "cx.case.escalated"
	EventCaseAnswered     = "cx.case.answered"
	EventCaseResolved     = "cx.case.resolved"
	EventTouchpointAlarm  = "cx.touchpoint.alarm"

	EventMomentImported = "moment.imported" // past feedback was brought in: nobody is told
	EventCaseReached    = "case.reached"
	EventCaseSeen       = "case.seen"
	EventCaseNoted      = "case.noted"
	EventCaseStep       = "case.step" // of the work on a request
	EventCaseMoved      = "case.moved"
	EventCaseReopened   = "case.reopened"
	EventCaseSnoozed    = "case.snoozed"
	EventMuteChanged    = "mute.changed"
	EventAlarmChanged   = "alarm.changed" // one that has no case began, or any ended
	EventAuthorSpoke    = "case.author"
	EventMediaMade      = "media.made"
	EventMediaReady     = "media.ready" // a photo is clean, a voice has its words, or neither could be
	EventPageMade       = "page.made"
	EventStepHastened   = "step.hastened" // the next contact is tried at once
	EventConfigChanged  = "config.changed"
	EventMapChanged     = "map.changed" // what stands on the map beside the brand file
	EventDutyChanged    = "duty.changed"
	EventContactChanged = "contact.changed" // how a person is reached
	EventDeviceMade     = "device.made"
	EventDeviceRevoked  = "device.revoked"
	EventPhoneChanged   = "phone.changed" // a shift phone: made, enrolled, taken, handed over, revoked
)

// PublicEvents are the types an endpoint may ask for.
var PublicEvents = []string{EventMomentReceived, EventMomentUpdated, EventMomentWithdrawn, EventCaseOpened, EventCaseAcknowledged, EventCaseEscalated, EventCaseAnswered, EventCaseResolved, EventTouchpointAlarm}
