package main

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"
)

// Bytes that one write carries at most: publishers fill their window at once when the broker answers in bursts, as clients behind a gateway do.
const writeBuffer = 64 * 1024

// Payloads begin with the publisher's number and the message's: 4 + 8 bytes.
const payloadHeader = 12

type publisher struct {
	*client
	plan      *plan
	number    int
	topics    []string
	published counter
	// Deliveries of its messages to all subscribers.
	delivered    counter
	acknowledged counter
	room         signal
	stopped      atomic.Bool
}

func (p *plan) openPublisher(number int) (*publisher, error) {
	c, err := open(p.address, fmt.Sprintf("bench-%s-publisher-%d", runID, number), true)
	if err != nil {
		return nil, err
	}
	pub := &publisher{client: c, plan: p, number: number, room: make(signal, 1)}
	for i := 0; i < p.topics; i++ {
		pub.topics = append(pub.topics, topic(number, i))
	}
	return pub, nil
}

// publish runs until stop: it fills the window, then waits for a subscriber or an acknowledgement.
func (p *publisher) publish() {
	payload := make([]byte, max(payloadHeader, p.plan.payload))
	binary.BigEndian.PutUint32(payload, uint32(p.number))
	batch := make([]byte, 0, writeBuffer+p.plan.payload+1024)
	next := int64(0)
	for !p.stopped.Load() {
		batch = batch[:0]
		for limit := p.limit(next); next < limit && len(batch) < writeBuffer; {
			next++
			binary.BigEndian.PutUint64(payload[4:], uint64(next))
			batch = appendPublish(batch, p.topics[next%int64(len(p.topics))], p.plan.qos, packetID(next), payload)
		}
		if len(batch) == 0 {
			<-p.room
			continue
		}
		p.published.Store(next)
		// A connection that broke is reported by its reader.
		if _, err := p.conn.Write(batch); err != nil {
			return
		}
	}
}

// limit is the last message that may be sent now.
func (p *publisher) limit(sent int64) int64 {
	done := p.delivered.Load() / p.plan.deliveriesPerMessage()
	if p.plan.qos > 0 {
		done = min(done, p.acknowledged.Load())
	}
	if p.plan.burst && done < sent {
		return sent
	}
	return done + int64(p.plan.window)
}

// Windows are far smaller than the number of packet ids, so none is used twice at a time.
func packetID(message int64) uint16 {
	return uint16((message-1)%65535 + 1)
}

// readAcknowledgements keeps the publisher's side of QoS 1 and 2.
func (p *publisher) readAcknowledgements() error {
	var answers []byte
	for {
		answers = answers[:0]
		done := int64(0)
		err := p.read(func(first byte, body []byte) error {
			switch first & 0xf0 {
			case pubackPacket, pubcompPacket:
				done++
			case pubrecPacket:
				answers = appendAcknowledgement(answers, pubrelPacket|pubrelFlags, binary.BigEndian.Uint16(body))
			default:
				return fmt.Errorf("packet 0x%02x came to a publisher", first)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(answers) > 0 {
			if _, err := p.conn.Write(answers); err != nil {
				return err
			}
		}
		if done > 0 {
			p.acknowledged.Add(done)
			p.room.raise()
		}
	}
}

func (p *publisher) stop() {
	p.stopped.Store(true)
	p.room.raise()
}

func (p *publisher) unacknowledged() int64 {
	if p.plan.qos == 0 {
		return 0
	}
	return p.published.Load() - p.acknowledged.Load()
}
