variable "name" {
  description = "The server's name; everything that belongs to it carries it."
  type        = string
}

variable "ssh_public_keys" {
  description = "The operators' public keys, as in authorized_keys."
  type        = list(string)
}

variable "ssh_from" {
  description = "Who may reach SSH, as networks. Everybody, unless you know better: it takes keys only."
  type        = list(string)
  default     = ["0.0.0.0/0", "::/0"]

  validation {
    condition     = alltrue([for network in var.ssh_from : can(cidrhost(network, 0))])
    error_message = "Each is a network, as 203.0.113.0/24 or 2001:db8::/32."
  }
}

variable "host_key" {
  description = "See modules/first_boot."
  type = object({
    private     = string
    public      = string
    fingerprint = string
  })
  default   = null
  sensitive = true
}

variable "dns" {
  description = "The zone that this account serves, and the names in it that lead to the server ('@' is the zone itself)."
  type = object({
    zone  = string
    names = set(string)
    ttl   = optional(number, 300)
  })
  default = null
}

variable "packages" {
  description = "More packages of the distribution to install at the first boot."
  type        = list(string)
  default     = []
}

variable "size" {
  description = "Instance type; a stack needs 2 cores and 4 GB."
  type        = string
  default     = "t3.medium"
}

variable "disk_gb" {
  description = "Size of the disk; a stack needs 50 GB."
  type        = number
  default     = 50

  validation {
    condition     = var.disk_gb >= 50
    error_message = "A stack needs 50 GB."
  }
}

variable "image" {
  description = "AMI to boot, of Debian or Ubuntu. Null: the newest Debian 13."
  type        = string
  default     = null
}

variable "user" {
  description = "The user that the image comes with."
  type        = string
  default     = "admin"
}

variable "subnet_id" {
  description = "Subnet of the server."
  type        = string
}

variable "vpc_id" {
  description = "VPC of that subnet."
  type        = string
}

variable "alarm_topics" {
  description = "ARNs of SNS topics that are told when the server or the client's page is not well."
  type        = list(string)
  default     = []
}

variable "tags" {
  description = "More tags."
  type        = map(string)
  default     = {}
}
