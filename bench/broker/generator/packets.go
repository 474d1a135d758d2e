package main

import "encoding/binary"

// First bytes of the fixed headers that are used [MQTT 3.1.1, 2.2].
const (
	connectPacket    = 0x10
	connackPacket    = 0x20
	publishPacket    = 0x30
	pubackPacket     = 0x40
	pubrecPacket     = 0x50
	pubrelPacket     = 0x60
	pubrelFlags      = 0x02
	pubcompPacket    = 0x70
	subscribePacket  = 0x82
	subackPacket     = 0x90
	disconnectPacket = 0xe0
)

func appendString(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
	return append(b, s...)
}

func appendLength(b []byte, length int) []byte {
	for length >= 128 {
		b = append(b, byte(length)|128)
		length >>= 7
	}
	return append(b, byte(length))
}

func appendConnect(b []byte, clientID string, clean bool) []byte {
	flags := byte(0)
	if clean {
		flags = 2
	}
	b = append(b, connectPacket)
	b = appendLength(b, 12+len(clientID))
	b = appendString(b, "MQTT")
	b = append(b, 4, flags)
	b = binary.BigEndian.AppendUint16(b, keepaliveSeconds)
	return appendString(b, clientID)
}

func appendSubscribe(b []byte, packetID uint16, filters []string, qos byte) []byte {
	length := 2
	for _, filter := range filters {
		length += 3 + len(filter)
	}
	b = append(b, subscribePacket)
	b = appendLength(b, length)
	b = binary.BigEndian.AppendUint16(b, packetID)
	for _, filter := range filters {
		b = append(appendString(b, filter), qos)
	}
	return b
}

// appendPublish leaves out the packet id when qos is 0.
func appendPublish(b []byte, topic string, qos byte, packetID uint16, payload []byte) []byte {
	length := 2 + len(topic) + len(payload)
	if qos > 0 {
		length += 2
	}
	b = append(b, publishPacket|qos<<1)
	b = appendLength(b, length)
	b = appendString(b, topic)
	if qos > 0 {
		b = binary.BigEndian.AppendUint16(b, packetID)
	}
	return append(b, payload...)
}

// appendAcknowledgement writes PUBACK, PUBREC, PUBREL or PUBCOMP.
func appendAcknowledgement(b []byte, first byte, packetID uint16) []byte {
	return append(b, first, 2, byte(packetID>>8), byte(packetID))
}

// parsePublish returns payload and packet id (0 at QoS 0).
func parsePublish(first byte, body []byte) (payload []byte, packetID uint16) {
	at := 2 + int(binary.BigEndian.Uint16(body))
	if first&0x06 != 0 {
		packetID = binary.BigEndian.Uint16(body[at:])
		at += 2
	}
	return body[at:], packetID
}
