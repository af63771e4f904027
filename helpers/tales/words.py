"""Words of the tales: people, things, places, and what belongs to a season, a land, a trade or a temper."""

WORDS = """
== girl
Ada
Bella
Clara
Edith
Flora
Greta
Hilda
Lena
Marta
Nora
== boy
Anton
Bruno
Casper
David
Felix
Gustav
Hugo
Jonas
Karl
Otto

== season
spring
summer
autumn
winter
== place
Alderbrook<land=wood>
Fernhollow<land=wood>
Oakham<land=wood>
Coldwater<land=sea>
Greyharbour<land=sea>
Sandwick<land=sea>
Highfold<land=hill>
Stonegate<land=hill>
Windridge<land=hill>
== town
[townhead][towntail]
== townhead
Bishop
Crow
Elm
Kings
Low
Mill
New
Thorn
== towntail
bury
castle
ford
ham
market
ton
== trade
baker
potter
weaver
shepherd
gardener
fiddler
miller
hunter
== temper
patient
careless
proud
shy
merry
stubborn

== made
silver
copper
wooden
glass
leather
painted
rusty
broken
== thing
key
lamp
flute
comb
cup
bell
knife
mirror
compass
box
ring
watch
== goods
candle
rope
kettle
hammer
basket
broom
needle
bucket
lantern
saw
pan
jug
== food.spring
bread
soup
cheese
radishes
spinach
eggs
cress
rhubarb
== food.summer
bread
soup
cheese
cherries
cucumbers
berries
peas
trout
== food.autumn
bread
soup
cheese
plums
mushrooms
walnuts
pears
pumpkin
== food.winter
bread
soup
cheese
cabbage
herring
dumplings
raisins
porridge

== size
small
large
thin
young
tired
lame
quiet
hungry
clever
strange
tame
bold
wet
famous
sleepy
muddy
== colour
white
grey
brown
black
red
yellow
spotted
striped
golden
silver
== animal.wood
cat
dog
horse
goose
fox
badger
hare
woodpecker
wolf
robin
toad
squirrel
boar
deer
== animal.sea
cat
dog
horse
goose
seal
heron
gull
crab
duck
stork
turtle
pelican
swan
donkey
== animal.hill
cat
dog
horse
goose
goat
ram
lamb
magpie
bull
cow
lizard
raven
mule
hawk
== did
slept
waited
drank
hid
danced
sat still
looked up
limped along
ran past
turned round
yawned
sneezed
== person.wood
priest
doctor
postman
widow
forester
charcoal burner
beekeeper
hermit
woodcutter
midwife
thief
juggler
== person.sea
priest
doctor
postman
widow
sailor
ferryman
fishwife
pilot
captain
smuggler
netmaker
diver
== person.hill
priest
doctor
postman
widow
miner
mason
goatherd
guide
carpenter
pedlar
judge
blacksmith
== visitor
soldier
beggar
singer
student
pilgrim
painter
locksmith
tinker
== persondid
was singing
dropped a basket
laughed aloud
chopped wood
lit a lantern
counted coins
told a joke
blew a horn
== few
two
three
four
five
six
seven
eight
nine
== many
Two
Three
Four
Five
Six
Seven
Eight
Nine
== price
[tens][ones]
== tens
1
2
3
4
5
6
7
8
9
== ones
0
1
2
3
4
5
6
7
8
9
== quarter
north
south
east
west
== tree
apple
cherry
pear
plum
walnut
chestnut
== daypart
morning
afternoon
evening
night
== when
At dawn
Before noon
In the evening
After supper
The next day
That night
Towards midnight
A week later
On Sunday
On Monday
One day
Soon after
== howlong
all night
until noon
for an hour
for [few] days
without end
from dusk to dawn
== hiding
under the third stair
behind the oven
in the hollow oak
inside an old boot
below the mill wheel
on top of the bookcase
at the bottom of the well
in a sack of flour
== promise
feed the white goat
write a letter every month
water the roses
keep the lamp lit
learn the old song by heart
tell nobody the secret
pay back every coin
mend the garden gate
== feat
swim across the pond
stay awake for three nights
eat twenty dumplings
climb the church tower
carry a calf uphill
keep silent for a week
== hail
Good morning
Good evening
Come in
Sit down
Take care
Wait a moment
Look here
You are late
== relative
mother
father
grandmother
uncle
sister
neighbour
== bodypart
back
left knee
head
right hand
neck
feet

== month.spring
March
April
May
== month.summer
June
July
August
== month.autumn
September
October
November
== month.winter
December
January
February
== air.spring
mild
rainy
fresh
windy
bright
damp
== air.summer
hot
dry
still
dusty
sunny
golden
== air.autumn
misty
grey
wet
stormy
cool
gloomy
== air.winter
cold
dark
frosty
white
silent
raw
== winddid.spring
smelled of wet earth
shook the blossoms
dried the washing
carried the sound of bells
== winddid.summer
brought no rain
smelled of hay
blew dust into the kitchens
turned the leaves
== winddid.autumn
tore at the shutters
chased the leaves
smelled of smoke
rattled the windows
== winddid.winter
carried snow
cut like a knife
whistled in the chimneys
froze the puddles
== treedid.spring
were in bloom
turned green
were full of bees
== treedid.summer
stood still in the heat
gave a little shade
bent under their fruit
== treedid.autumn
lost their leaves
stood red and gold
were shaken and picked
== treedid.winter
were bare
cracked in the frost
stood black against the snow
== fell.spring
rained
drizzled
== fell.summer
thundered
stayed hot
== fell.autumn
poured
stormed
== fell.winter
snowed
froze hard
== after.spring
the brook ran high
the snails came out
the lane was deep with mud
== after.summer
the grass stood up again
the dust was gone
everyone sat on the doorstep
== after.autumn
the cellars filled with water
the geese flew south
mushrooms came up overnight
== after.winter
the lane was gone
icicles hung from the roofs
the pond could bear a horse

== where.wood
under the oaks
by the charcoal hut
beside the stream
in the ferns
near the fallen beech
behind the sawmill
on the mossy stones
== where.sea
on the pier
by the lighthouse
beside the nets
on the wet sand
near the old boats
below the cliff
at the harbour wall
== where.hill
on the steep path
by the stone wall
beside the sheepfold
in the high meadow
near the pass
above the quarry
at the foot of the ridge

== work.baker
kneaded the dough
swept the oven
sold the last rolls
weighed the flour
burned a tray of cakes
counted the rolls
== work.potter
turned the wheel
dug clay
glazed a row of bowls
broke a jug
lit the kiln
stacked plates
== work.weaver
combed the wool
threw the shuttle
dyed a blanket blue
counted threads
mended the loom
spun flax
== work.shepherd
counted the sheep
carried a lamb
whistled for the dog
cut a new staff
closed the fold
sheared a ram
== work.gardener
planted leeks
pruned the hedge
chased the snails
sharpened the spade
tied up the beans
grafted a twig
== work.fiddler
tuned the strings
played for a wedding
rubbed the bow
hummed a new tune
practised scales
broke a string
== work.miller
stopped the wheel
carried sacks
dusted the scales
greased the axle
ground the rye
listened to the wheel
== work.hunter
set a trap
followed a trail
cleaned the gun
lost the trail
carved a whistle
sold two skins

== habit.patient
waited
listened to the end
took one thing at a time
counted to ten before answering
== habit.careless
forgot the gate
lost a glove
left the lamp burning
spilled the milk
== habit.proud
looked the other way
asked nobody for help
wore the good coat
spoke of great plans
== habit.shy
blushed
stood near the door
spoke very softly
hid behind a book
== habit.merry
laughed
danced a few steps
sang out of tune
made a face
== habit.stubborn
said no
began again
argued with the wall
would not sit down
"""
