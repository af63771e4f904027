"""Scenes of the tales: what happens on any day. Their hero is only "she" or "he", but for those who call by name."""

SCENES = """
== scene
4* [weather]
4* [labour]
12* [sight]
3* [meal]
1* [habit]
4* [talk]
9* [call]
2* [aside]
4* [numbers]

== weather
It was a [air.{season}:air], [air.{season} -air] [daypart].
A [air.{season}] [quarter] wind [winddid.{season}].
On [month.{season}] [dayofmonth] the [tree] trees [treedid.{season}].
It [fell.{season}] [howlong], and [after.{season}].

== dayofmonth
1[ones]
2[ones]
== labour
[when], {she} [work.{trade}:did] and [work.{trade} -did].
For [tens][ones] [air.{season}] minutes {she} [work.{trade}], and {her} [bodypart] hurt.

== sight
5* A [size] [beast].
Somewhere [where.{land}], a [size] [person.{land}] with a [goods] [persondid].
On the road {she} met a [size] [person.{land}] with [tens][ones] [colour] [flock.{land}].
3* [tens][ones] [colour] [flock.{land}], [tens][ones] [flock.{land}] and a [size] [person.{land}] came by.
3* The [person.{land}] had [tens][ones] [flock.{land}], [tens][ones] [flock.{land}] and a [size] [animal.{land}].
2* Beside a [made] [thing] lay [tens][ones] [goods]s and a [colour] [goods].

== beast
3* [animal.{land}] [did], and a [colour] [animal.{land}] [did]
2* [colour] [animal.{land}] [did] [where.{land}]

== flock.wood
dogs
geese
children
pigs
foxes
deer
squirrels
beehives
== flock.sea
dogs
geese
children
ducks
seals
sailors
swans
barrels
== flock.hill
dogs
geese
children
goats
sheep
cows
miners
mules

== meal
For [mealtime] {she} had [food.{season}], [food.{season}] and [food.{season}].
Later {she} gave [food.{season}] to a [size] [colour] [animal.{land}].
[bite] fell down, and a [size] [animal.{land}] ate it.
== bite
A bean
A nut
A crumb
Some soup
Half a pear
== mealtime
breakfast
dinner
supper

== habit
{She} [habit.{temper}][asever]
== asever
, as always.
, and nobody was surprised.
 and thought no more of it.

== talk
"It will be [air.{season}] in [tens][ones] days," said the [size] [person.{land}].
"Have you seen my [size] [colour] [animal.{land}]?" asked the [person.{land}]. "[unsure]," said {she}.
"My [bodypart] hurts," the [size] [person.{land}] complained. "[advice]."
"[tens][ones] coins for [few] [made] [goods]s!" cried the [size] [person.{land}].
"Why does a [animal.{land}] never [never]?" asked the [size] [person.{land}]. [tens][ones] [flock.{land}] did not know.
== unsure
Never
Perhaps
It ran away
Not since [month.{season}]
Look [where.{land}]
== advice
Eat more [food.{season}]
Stay in bed
Ask the [person.{land}]
Then sit down
== never
laugh
learn to read
pay taxes
catch a cold
say thank you

== call
4* "[hail], {hero}," [hailing].
2* Everybody in {place} liked {hero}, but for a [size] [person.{land}] with [tens][ones] [flock.{land}].
1* The [size] [person.{land}] nodded to {hero} and [persondid].
1* "Is that {hero}, the {trade}?" asked the [size] [person.{land}].

== hailing
2* said the [size] [person.{land}]
called somebody [where.{land}]
called a [person.{land}] with a [colour] [animal.{land}]

== numbers
The lottery in {place} drew [tens][ones], [tens][ones], [tens][ones] and [tens][ones].
On the [goods] somebody had written [tens][ones], [tens][ones] and [tens][ones].
In the chapel hung a [made] [thing] from 1[ones][ones][ones].

== aside
(The [size] [person.{land}] tells it with [tens][ones] [flock.{land}] in it.)
(In {place} they tell it of a [size] [colour] [animal.{land}].)
(A {trade} must eat, after all, and so must a [animal.{land}].)
(This was in 17[ones][ones], before the great [disaster].)
(Later, in {place}, they put up a [colour] [animal.{land}] of stone.)
== disaster
fire
flood
wedding
war
storm
"""
