"""The room "Wallet": accounts, sending and receiving, contacts, approvals."""
